package dev.kvstore.http.load;

import dev.kvstore.NearCacheSettings;
import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import io.javalin.Javalin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.stream.Stream;

/**
 * The measured process: the service over a new file, and a bare Javalin handler that responds with
 * the same bytes. Ends when its standard input is closed.
 */
final class LoadTarget {
  static final String VALUE = "\"" + "v".repeat(98) + "\"";

  private LoadTarget() {}

  @SuppressWarnings("try") // the resources only need to be open
  public static void main(String[] arguments) throws IOException {
    byte[] value = VALUE.getBytes(StandardCharsets.UTF_8);
    Path folder = Files.createTempDirectory("kvstore-load");
    Path file = folder.resolve("load.db");
    try (SqliteEntryDatabase sqlite = SqliteEntryDatabase.open(file);
        StoreStack database = StoreStack.over(
            "load", sqlite, Layers.cached(NearCacheSettings.DEFAULT, Clock.systemUTC()));
        KVServer service = KVServer.start(ServerSettings.DEFAULT, database)) {
      Javalin bare = Javalin.create(config -> {
        config.startup.showJavalinBanner = false;
        config.jetty.host = "127.0.0.1";
        config.jetty.port = 0;
        config.routes.get(
            "/bare", context -> context.contentType("application/json").result(value));
      });
      bare.start();
      System.out.println(service.port() + " " + bare.port());
      while (System.in.read() >= 0) {
        // Wait until the measuring process is done.
      }
      bare.stop();
    } finally {
      try (Stream<Path> left = Files.list(folder)) {
        for (Path each : left.toList()) {
          Files.delete(each);
        }
      }
      Files.delete(folder);
    }
  }
}
