package dev.kvstore.testing;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.connection.ClusterType;
import de.bwaldvogel.mongo.MongoServer;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * A MongoDB for tests, with a separate database: the deployment in the environment variable
 * {@code KVSTORE_TEST_MONGODB_URI}, if it is of the right kind, or else a stand-in in this process.
 * Closing it drops the database.
 */
public final class MongoTestServer implements AutoCloseable {
  private static final String VARIABLE = "KVSTORE_TEST_MONGODB_URI";

  private final @Nullable AutoCloseable standIn;
  private final String connectionString;
  private final MongoClient client;
  private final String database = "kvstore_test_" + new ObjectId().toHexString();
  private final ClusterType type;

  private MongoTestServer(@Nullable AutoCloseable standIn, String uri) {
    this.standIn = standIn;
    this.connectionString = withDatabase(uri, database);
    this.client = MongoClients.create(connectionString);
    client.getDatabase(database).runCommand(new BsonDocument("ping", new BsonInt32(1)));
    this.type = client.getClusterDescription().getType();
  }

  /** Starts a server of any kind; the stand-in is a standalone server. */
  public static MongoTestServer start() {
    MongoTestServer named = named();
    if (named != null) {
      return named;
    }
    MongoServer standIn = new MongoServer(new StandInBackend());
    standIn.bind("127.0.0.1", 0);
    return new MongoTestServer(standIn::shutdownNow, standIn.getConnectionString());
  }

  /** Starts a server with change streams and transactions. */
  public static MongoTestServer startReplicaSet() {
    MongoTestServer named = named();
    if (named != null && named.hasTransactions()) {
      return named;
    }
    if (named != null) {
      named.close();
    }
    StandInReplicaSet standIn = StandInReplicaSet.start();
    return new MongoTestServer(standIn, standIn.connectionString());
  }

  private static @Nullable MongoTestServer named() {
    String uri = System.getenv(VARIABLE);
    return uri == null || uri.isBlank() ? null : new MongoTestServer(null, uri);
  }

  /** Returns a connection string with this server's own database. */
  public String connectionString() {
    return connectionString;
  }

  public String database() {
    return database;
  }

  /** Returns a client for tests, which is closed together with this server. */
  public MongoClient client() {
    return client;
  }

  /** Returns true if the server has transactions, like a replica set or a sharded cluster. */
  public boolean hasTransactions() {
    return type != ClusterType.STANDALONE;
  }

  /** Returns true if this is the stand-in instead of a real MongoDB. */
  public boolean isStandIn() {
    return standIn != null;
  }

  @Override
  public void close() {
    if (standIn == null) {
      client.getDatabase(database).drop();
    }
    client.close();
    if (standIn != null) {
      try {
        standIn.close();
      } catch (Exception e) {
        throw new IllegalStateException("The stand-in could not be stopped", e);
      }
    }
  }

  /** Replaces the database in the path, which remains the authentication database. */
  static String withDatabase(String uri, String database) {
    ConnectionString parsed = new ConnectionString(uri);
    int hosts = uri.indexOf("://") + 3;
    int options = uri.indexOf('?');
    String upToPath = options < 0 ? uri : uri.substring(0, options);
    int path = upToPath.indexOf('/', hosts);
    String query = options < 0 ? "" : uri.substring(options + 1);
    if (parsed.getDatabase() != null
        && parsed.getCredential() != null
        && !query.contains("authSource=")) {
      query = "authSource=" + parsed.getDatabase() + (query.isEmpty() ? "" : "&" + query);
    }
    return (path < 0 ? upToPath : upToPath.substring(0, path))
        + "/"
        + database
        + (query.isEmpty() ? "" : "?" + query);
  }
}
