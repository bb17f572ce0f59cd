package dev.kvstore.cli;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The base class of tests of commands on a new file. */
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
