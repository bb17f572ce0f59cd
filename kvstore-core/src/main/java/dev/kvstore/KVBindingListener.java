package dev.kvstore;

/**
 * Receives changes of bound settings. Called by one thread at a time, never by the one that made
 * the change or that reads the settings. It may block. Its exceptions are logged.
 */
@FunctionalInterface
public interface KVBindingListener<T> {
  /**
   * Reports that the settings are another object now. Of changes that come faster than this method
   * returns, only the last is reported.
   *
   * @param previous the object this listener got last, or the one that was current when it was
   *     added
   * @param current the object that {@link KVBinding#current()} returns, or has just returned
   */
  void changed(T previous, T current);

  /**
   * Reports that the stored settings have become invalid, or invalid in another way;
   * {@link KVBinding#current()} stays as it is.
   */
  default void invalid(BindingFailedException problems) {}
}
