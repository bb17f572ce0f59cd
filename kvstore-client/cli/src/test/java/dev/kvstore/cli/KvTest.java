package dev.kvstore.cli;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test of commands over a new file. */
abstract class KvTest {
  @TempDir
  protected Path folder;

  protected Kv kv;

  @BeforeEach
  void open() {
    kv = new Kv(folder);
  }

  @AfterEach
  void close() {
    kv.close();
  }
}
