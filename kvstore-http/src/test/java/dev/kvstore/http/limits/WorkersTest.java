package dev.kvstore.http.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class WorkersTest {
  @Test
  void workThatNoThreadTakes_isRejected_withAllThatWaits() {
    List<String> rejected = new ArrayList<>();
    Workers workers = new Workers(1, action -> {
      throw new RejectedExecutionException("stopped");
    });
    workers.runNow(() -> {
      for (String name : List.of("a", "b", "c")) {
        workers.runLater(() -> rejected.add("done: " + name), () -> rejected.add(name));
      }
    });

    assertThat(rejected).containsExactly("a", "b", "c");
    assertThat(workers.busy()).isZero();
  }
}
