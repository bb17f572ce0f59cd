package dev.kvstore.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kvstore.KVStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** Checks the size and dependencies of the client. */
class SizeTest {
  private static final long MOST_BYTES = 5_500_000;

  @Test
  void clientWithAllItNeeds_isSmall() throws Exception {
    long size = 0;
    for (Class<?> type : List.of(
        HttpKVStore.class,
        KVStore.class,
        ObjectId.class,
        ObjectMapper.class,
        JsonFactory.class,
        JsonProperty.class,
        Jdk8Module.class,
        JavaTimeModule.class,
        Caffeine.class,
        Logger.class,
        Nullable.class)) {
      size +=
          size(Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()));
    }
    assertThat(size).isBetween(MOST_BYTES / 2, MOST_BYTES);
  }

  private static long size(Path jarOrClasses) throws IOException {
    if (Files.isRegularFile(jarOrClasses)) {
      return Files.size(jarOrClasses);
    }
    try (Stream<Path> files = Files.walk(jarOrClasses)) {
      return files.filter(Files::isRegularFile).mapToLong(SizeTest::compressed).sum();
    }
  }

  private static long compressed(Path file) {
    long[] size = {0};
    OutputStream counter = new OutputStream() {
      @Override
      public void write(int b) {
        size[0]++;
      }
    };
    try (OutputStream out = new DeflaterOutputStream(counter)) {
      Files.copy(file, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return size[0];
  }
}
