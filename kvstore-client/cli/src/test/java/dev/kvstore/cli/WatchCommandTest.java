package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KVStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchCommandTest extends KvTest {
  private final ExecutorService executor = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    executor.shutdownNow();
  }

  private CompletableFuture<Kv.Result> start(String... arguments) {
    CompletableFuture<Kv.Result> running =
        CompletableFuture.supplyAsync(() -> kv.run(arguments), executor);
    until(() ->
        (kv.out.toString() + kv.err).contains("watching") || kv.out.toString().contains("ready"));
    return running;
  }

  private static void until(java.util.concurrent.Callable<Boolean> condition) {
    await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(5)).until(condition);
  }

  private Kv.Result stop(CompletableFuture<Kv.Result> running)
      throws InterruptedException, ExecutionException, TimeoutException {
    kv.interrupt.request();
    return running.get(30, TimeUnit.SECONDS);
  }

  @Test
  void changes_areLines_untilTheEnd() throws Exception {
    CompletableFuture<Kv.Result> running = start("watch");
    KVStore store = kv.store("app");
    store.set("ui.theme", "dark");
    until(() -> kv.out.toString().contains("dark"));
    store.set("n", 12);
    until(() -> kv.out.toString().contains("12"));
    store.delete("n");
    until(() -> kv.out.toString().contains("delete"));

    assertThat(stop(running)).isEqualTo(new Kv.Result(0, """
            10:00:00  set     ui.theme = "dark"  (version 1)
            10:00:00  set     n = 12  (version 1)
            10:00:00  delete  n
            """, "10:00:00  watching, Ctrl-C ends\n"));
  }

  @Test
  void keyOrPrefix_isAllThatIsTold() throws Exception {
    CompletableFuture<Kv.Result> running = start("watch", "--prefix", "ui.");
    KVStore store = kv.store("app");
    store.set("http.x", 1);
    store.set("ui.a", 2);
    until(() -> kv.out.toString().contains("ui.a"));
    assertThat(stop(running).out()).isEqualTo("10:00:00  set     ui.a = 2  (version 1)\n");
  }

  @Test
  void json_isALineEach() throws Exception {
    CompletableFuture<Kv.Result> running = start("watch", "k", "-o", "json");
    KVStore store = kv.store("app");
    store.set("other", 1);
    String etag = store.set("k", "a\nb").etag();
    until(() -> kv.out.toString().contains("set"));
    store.delete("k");
    until(() -> kv.out.toString().contains("delete"));
    assertThat(stop(running))
        .isEqualTo(new Kv.Result(
            0,
            "{\"event\":\"ready\"}\n"
                + "{\"event\":\"set\",\"key\":\"k\",\"version\":1,\"etag\":\"" + etag
                + "\",\"value\":\"a\\nb\"}\n" + "{\"event\":\"delete\",\"key\":\"k\"}\n",
            ""));
  }

  @Test
  void keyAndPrefix_excludeEachOther() {
    assertThat(kv.run("watch", "k", "--prefix", "p").err())
        .startsWith("kv: Give only one of KEY, --prefix\n");
  }
}
