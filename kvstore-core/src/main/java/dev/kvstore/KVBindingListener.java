package dev.kvstore;

/**
 * Hears of the changes of bound settings. It is called by one thread at a time, never by the one
 * that made the change or that reads the settings, and may block. What it throws is logged.
 *
 * @param <T> the type of the settings
 */
@FunctionalInterface
public interface KVBindingListener<T> {
  /**
   * The settings are another object now. Of objects that follow each other faster than this takes
   * them it is told the last.
   *
   * @param previous what this listener was told last, or what was current when it began to listen
   * @param current the object that {@link KVBinding#current()} returns, or returned just now
   */
  void changed(T previous, T current);

  /**
   * What is stored makes no object any more, or is wrong in another way than before; the settings
   * stay what they were.
   */
  default void invalid(BindingFailedException problems) {}
}
