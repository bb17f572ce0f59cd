package dev.kvstore.http.command;

import dev.kvstore.KVException;
import dev.kvstore.http.auth.TokenStorage;
import java.time.Duration;
import java.util.List;

/** Waits until the running services go by the tokens as they are now, and says whether they do. */
final class Acknowledgement {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private Acknowledgement() {}

  /** Returns what is known of the services, as a sentence. */
  static String await(TokenStorage tokens) {
    try {
      return awaitAll(tokens);
    } catch (KVException e) {
      return "Whether running services know it could not be seen: " + e.getMessage();
    }
  }

  private static String awaitAll(TokenStorage tokens) {
    long start = System.nanoTime();
    while (true) {
      String now = tokens.load().fingerprint();
      List<String> acknowledged = tokens.acknowledged();
      long behind = acknowledged.stream().filter(seen -> !seen.equals(now)).count();
      if (acknowledged.isEmpty()) {
        return tokens.unseen();
      }
      if (behind == 0) {
        return "Acknowledged by " + services(acknowledged.size());
      }
      if (System.nanoTime() - start > PATIENCE.toNanos() || !pause()) {
        return "Not acknowledged within " + PATIENCE.toSeconds() + " seconds by " + behind + " of "
            + services(acknowledged.size()) + ": check that they run and can read the tokens";
      }
    }
  }

  private static String services(int count) {
    return count + (count == 1 ? " running service" : " running services");
  }

  private static boolean pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
