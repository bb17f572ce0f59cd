package dev.kvstore.http;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Creates changed copies of records. */
public final class Records {
  private Records() {}

  /**
   * Returns a copy of the record.
   *
   * @param changes names of components, each followed by its new value
   */
  public static <R extends Record> R with(R record, Object... changes) {
    Map<Object, Object> changed = new HashMap<>();
    for (int i = 0; i < changes.length; i += 2) {
      changed.put(changes[i], changes[i + 1]);
    }
    RecordComponent[] components = record.getClass().getRecordComponents();
    try {
      Object[] values = new Object[components.length];
      for (int i = 0; i < values.length; i++) {
        String name = components[i].getName();
        values[i] = changed.containsKey(name)
            ? changed.remove(name)
            : components[i].getAccessor().invoke(record);
      }
      if (!changed.isEmpty()) {
        throw new IllegalArgumentException("There are no components " + changed.keySet());
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      @SuppressWarnings("unchecked") // of the same class
      R copy = (R) record.getClass().getDeclaredConstructor(types).newInstance(values);
      return copy;
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
