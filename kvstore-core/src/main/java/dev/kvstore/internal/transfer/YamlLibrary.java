package dev.kvstore.internal.transfer;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;

/** The optional library that reads and writes YAML. */
final class YamlLibrary {
  private YamlLibrary() {}

  /** To be called before anything else in this package that knows the library's classes. */
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
