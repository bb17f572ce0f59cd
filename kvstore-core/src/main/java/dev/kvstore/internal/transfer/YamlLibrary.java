package dev.kvstore.internal.transfer;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;

/** The optional library that reads and writes YAML. */
final class YamlLibrary {
  private YamlLibrary() {}

  /**
   * Checks that the library is on the class path. Call before any other code of this package that
   * uses it.
   */
  static void require() {
    try {
      Class.forName("com.fasterxml.jackson.dataformat.yaml.YAMLFactory");
    } catch (ClassNotFoundException | LinkageError e) {
      throw new KVException(
          ErrorCode.MISSING_DEPENDENCY,
          "YAML is not on the class path: add the dependency"
              + " com.fasterxml.jackson.dataformat:jackson-dataformat-yaml",
          e);
    }
  }
}
