package dev.kvstore.internal.mongo;

import com.mongodb.MongoSocketException;
import com.mongodb.ServerAddress;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A database with an action right before or right after a certain command. Without an action, the
 * process fails there.
 */
final class FailingCommands {
  private static final Set<String> WRITES = Set.of(
      "insertMany",
      "insertOne",
      "bulkWrite",
      "updateOne",
      "deleteMany",
      "deleteOne",
      "drop",
      "renameCollection",
      "createIndex");

  private final MongoDatabase database;
  private final Set<String> commands;
  private final boolean before;
  private final @Nullable Runnable meanwhile;
  private int left;

  private FailingCommands(
      MongoDatabase database,
      Set<String> commands,
      int left,
      boolean before,
      @Nullable Runnable meanwhile) {
    this.database = database;
    this.commands = commands;
    this.left = left;
    this.before = before;
    this.meanwhile = meanwhile;
  }

  /** Fails at a write, after this many others. */
  static FailingCommands down(MongoDatabase database, int writes, boolean before) {
    return new FailingCommands(database, WRITES, writes, before, null);
  }

  /** Runs an action right before a write, after this many others. */
  static FailingCommands beforeWrite(MongoDatabase database, int writes, Runnable meanwhile) {
    return new FailingCommands(database, WRITES, writes, true, meanwhile);
  }

  /** Runs an action right before the first of these commands. */
  static FailingCommands beforeFirst(MongoDatabase database, String command, Runnable meanwhile) {
    return new FailingCommands(database, Set.of(command), 0, true, meanwhile);
  }

  /** Returns true if the command was reached. */
  boolean failed() {
    return left < 0;
  }

  MongoDatabase database() {
    return proxy(MongoDatabase.class, database);
  }

  private <T> T proxy(Class<T> type, Object target) {
    return type.cast(Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) -> call(target, method, arguments)));
  }

  private Object call(Object target, Method method, Object[] arguments) throws Throwable {
    boolean counts = target instanceof MongoCollection && commands.contains(method.getName());
    boolean reached = counts && left-- == 0;
    if (reached && meanwhile != null) {
      meanwhile.run();
    }
    boolean fails = meanwhile == null && (left < 0 || reached);
    if (fails && before) {
      throw down();
    }
    Object result;
    try {
      result = method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    if (fails) {
      throw down();
    }
    return result instanceof MongoCollection<?> collection
        ? proxy(MongoCollection.class, collection)
        : result;
  }

  private static MongoSocketException down() {
    return new MongoSocketException("The process went down", new ServerAddress());
  }
}
