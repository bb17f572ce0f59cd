package dev.kvstore;

/**
 * Receives changes of bound settings. Called by one thread at a time, never by a thread that
 * changes or reads the settings. It may block. Its exceptions are logged.
 */
@FunctionalInterface
public interface KVBindingListener<T> {
  /**
   * Reports that the settings have changed. Changes that arrive while this method runs are merged:
   * only the last one is reported.
   *
   * @param previous the object last reported to this listener, or the one that was current when it
   *     was added
   * @param current the object that {@link KVBinding#current()} returns, or has just returned
   */
  void changed(T previous, T current);

  /**
   * Reports that the stored settings have become invalid, or invalid for other reasons;
   * {@link KVBinding#current()} stays as it is.
   */
  default void invalid(BindingFailedException problems) {}
}
