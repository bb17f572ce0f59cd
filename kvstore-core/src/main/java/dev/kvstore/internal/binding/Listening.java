package dev.kvstore.internal.binding;

import dev.kvstore.KVBindingListener;
import dev.kvstore.KVProblem;
import dev.kvstore.KVSubscription;
import dev.kvstore.internal.watch.SerialRunner;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one listener how the settings are, if it was told otherwise before.
 *
 * @param <T> the type of the settings
 */
final class Listening<T> implements KVSubscription {
  private static final Logger log = LoggerFactory.getLogger(Listening.class);

  private final Binding<T> binding;
  private final KVBindingListener<? super T> listener;
  private final SerialRunner runner;

  // Of the runner alone.
  private T told;
  private List<KVProblem> toldProblems;

  Listening(Binding<T> binding, KVBindingListener<? super T> listener) {
    this.binding = binding;
    this.listener = listener;
    this.runner = binding.watches().runner(this::tell);
    Binding.State<T> now = binding.state();
    this.told = now.current();
    this.toldProblems = now.problems();
  }

  void wake() {
    runner.wake();
  }

  @Override
  public void close() {
    runner.close();
    binding.forget(this);
  }

  private void tell() {
    Binding.State<T> now = binding.state();
    T previous = told;
    told = now.current();
    if (told != previous) {
      guarded(() -> listener.changed(previous, now.current()));
    }
    boolean otherProblems = !now.problems().equals(toldProblems);
    toldProblems = now.problems();
    if (otherProblems && !toldProblems.isEmpty()) {
      guarded(() -> listener.invalid(binding.failure(now.problems())));
    }
  }

  private void guarded(Runnable call) {
    if (runner.isClosed()) {
      return;
    }
    try {
      call.run();
    } catch (Throwable e) { // whatever it is, it is the listener's, and the others go on
      log.error(
          "A listener to the settings '{}' failed; it is told of the next change",
          binding.prefix(),
          e);
    }
  }
}
