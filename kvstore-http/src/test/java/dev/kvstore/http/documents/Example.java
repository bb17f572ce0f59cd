package dev.kvstore.http.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVDatabase;
import dev.kvstore.KVStore;
import java.util.concurrent.ExecutorService;

/** The base class of a page's Java code, with the names that it can use without declaring them. */
@SuppressWarnings("NullAway") // for readers without such checks
public abstract class Example {
  // Set before a block is run.
  protected KVDatabase database;
  protected KVStore settings;
  protected ExecutorService executor;

  final void begin(KVDatabase newDatabase, ExecutorService newExecutor) {
    database = newDatabase;
    settings = newDatabase.store("settings");
    executor = newExecutor;
  }

  /** Compares a value with the comment after it. */
  protected static void expect(Object value, Object comment) {
    Object comparable = value instanceof Long number ? Math.toIntExact(number) : value;
    assertThat(comparable).isEqualTo(comment);
  }

  protected static void redraw(String prefix) {}

  protected static void listenOn(int port) {}

  protected static void resize(int threads) {}
}
