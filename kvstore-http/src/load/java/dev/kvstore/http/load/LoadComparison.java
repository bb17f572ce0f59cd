package dev.kvstore.http.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/**
 * Compares the throughput of the service with that of a bare Javalin handler that responds with the
 * same bytes, both in another process. They alternate many times, so that other activity of the
 * machine affects all of them, and each is compared with the bare handler of the same round.
 */
final class LoadComparison {
  private static final int CONNECTIONS = 4;
  private static final int WARM_UP_ROUNDS = 5;
  private static final int ROUNDS = 15;
  private static final Duration TURN = Duration.ofSeconds(1);

  private final ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);

  /** A kind of request. */
  private record Load(String name, int port, String request, int expected) {}

  /**
   * The result of one turn.
   *
   * @param latencies in nanoseconds
   */
  @SuppressWarnings("ArrayRecordComponent") // used only here
  private record Turn(double requestsPerSecond, long[] latencies) {}

  public static void main(String[] arguments) throws Exception {
    Process target = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            LoadTarget.class.getName())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    try (BufferedReader out = new BufferedReader(
        new InputStreamReader(target.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      while (line != null && !line.matches("\\d+ \\d+")) {
        line = out.readLine();
      }
      if (line == null) {
        throw new IOException("The process to be measured did not start");
      }
      String[] ports = line.split(" ", -1);
      LoadComparison comparison = new LoadComparison();
      try {
        comparison.run(loads(Integer.parseInt(ports[0]), Integer.parseInt(ports[1])));
      } finally {
        comparison.threads.shutdownNow();
      }
    } finally {
      target.getOutputStream().close();
      target.waitFor();
    }
  }

  private static List<Load> loads(int service, int bare) throws Exception {
    String path = "/v1/stores/load/keys/http.client.timeout";
    HttpResponse<String> stored = HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service + path))
                .PUT(BodyPublishers.ofString(LoadTarget.VALUE))
                .build(),
            BodyHandlers.ofString());
    String etag = stored.headers().firstValue("ETag").orElseThrow();
    String put = "Content-Length: " + LoadTarget.VALUE.length() + "\r\n";
    String other = "/v1/stores/load/keys/http.client.other";
    return List.of(
        new Load("bare Javalin handler", bare, request("GET", "/bare", "", ""), 200),
        new Load("cached GET", service, request("GET", path, "", ""), 200),
        new Load("304", service, request("GET", path, "If-None-Match: " + etag + "\r\n", ""), 304),
        new Load(
            "uncached GET", service, request("GET", path, "Cache-Control: no-cache\r\n", ""), 200),
        new Load("PUT", service, request("PUT", other, put, LoadTarget.VALUE), 200));
  }

  private static String request(String method, String path, String headers, String body) {
    return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body;
  }

  private void run(List<Load> loads) throws IOException {
    // Creates the key that is then overwritten repeatedly.
    try (Connection first = connect(loads.get(4), 201)) {
      first.exchange();
    }
    Map<Load, List<Turn>> turns = new LinkedHashMap<>();
    List<Load> order = new ArrayList<>(loads);
    for (int round = 1; round <= WARM_UP_ROUNDS + ROUNDS; round++) {
      System.err.print("\rround " + round + " of " + (WARM_UP_ROUNDS + ROUNDS));
      Collections.rotate(order, 1);
      for (Load load : order) {
        Turn turn = take(load);
        if (round > WARM_UP_ROUNDS) {
          turns.computeIfAbsent(load, any -> new ArrayList<>()).add(turn);
        }
      }
    }
    System.err.println();
    report(loads, turns);
  }

  private Turn take(Load load) {
    long start = System.nanoTime();
    List<Future<long[]>> running = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      running.add(threads.submit(() -> exchangeUntil(load, start + TURN.toNanos())));
    }
    long[] latencies = running.stream()
        .map(LoadComparison::result)
        .flatMapToLong(Arrays::stream)
        .sorted()
        .toArray();
    return new Turn(latencies.length * 1e9 / (System.nanoTime() - start), latencies);
  }

  private static long[] result(Future<long[]> running) {
    try {
      return running.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static long[] exchangeUntil(Load load, long end) {
    LongStream.Builder latencies = LongStream.builder();
    try (Connection connection = connect(load, load.expected())) {
      long before = System.nanoTime();
      while (before - end < 0) {
        connection.exchange();
        long after = System.nanoTime();
        latencies.add(after - before);
        before = after;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(load.name(), e);
    }
    return latencies.build().toArray();
  }

  private static Connection connect(Load load, int expected) throws IOException {
    return new Connection(load.port(), load.request(), expected);
  }

  private static void report(List<Load> loads, Map<Load, List<Turn>> turns) {
    List<Turn> bare = turns.getOrDefault(loads.get(0), List.of());
    System.out.printf(
        "%n%-22s %12s %10s %10s %16s%n", "", "requests/s", "p50 ms", "p99 ms", "beside bare");
    for (Load load : loads) {
      List<Turn> own = turns.getOrDefault(load, List.of());
      double[] ratios = new double[own.size()];
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] = own.get(i).requestsPerSecond() / bare.get(i).requestsPerSecond();
      }
      long[] latencies = own.stream()
          .flatMapToLong(turn -> Arrays.stream(turn.latencies()))
          .sorted()
          .toArray();
      System.out.printf(
          "%-22s %12.0f %10.3f %10.3f %16.2f%n",
          load.name(),
          median(own.stream().mapToDouble(Turn::requestsPerSecond).toArray()),
          latencies[latencies.length / 2] / 1e6,
          latencies[latencies.length * 99 / 100] / 1e6,
          median(ratios));
    }
    System.out.printf(
        "%d connections, %d turns of %d s each; all are medians over the turns.%n",
        CONNECTIONS, ROUNDS, TURN.toSeconds());
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
