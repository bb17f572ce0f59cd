package dev.kvstore.client;

import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.net.URI;
import java.nio.file.Path;

/** A service over the database file {@code app.db} of a folder. */
record FileService(SqliteEntryDatabase database, KVServer server) implements AutoCloseable {
  static FileService start(Path folder) {
    SqliteEntryDatabase database = SqliteEntryDatabase.open(folder.resolve("app.db"));
    return new FileService(database, KVServer.start(ServerSettings.DEFAULT, database));
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.port());
  }

  @Override
  public void close() {
    server.close();
    database.close();
  }
}
