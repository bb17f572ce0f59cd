package dev.kvstore.internal.mongo;

import com.mongodb.MongoSocketException;
import com.mongodb.ServerAddress;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;

/**
 * A database by which a process goes down at a certain write: right before it, or right after it,
 * before anything else.
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
  private final boolean before;
  private int left;

  FailingCommands(MongoDatabase database, int writes, boolean before) {
    this.database = database;
    this.left = writes;
    this.before = before;
  }

  /** Returns whether it went down. */
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
    boolean write = target instanceof MongoCollection && WRITES.contains(method.getName());
    boolean fails = left < 0 || (write && left-- == 0);
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
