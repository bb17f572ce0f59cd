package dev.kvstore.internal.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoException;
import com.mongodb.MongoNamespace;
import com.mongodb.ServerAddress;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.connection.ClusterSettings;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.UnavailableException;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Creates clients from connection strings. These can contain passwords, so messages never repeat
 * any part of them.
 */
public final class ClientFactory {
  private ClientFactory() {}

  static ConnectionString parse(String connectionString) {
    Objects.requireNonNull(connectionString, "connectionString");
    try {
      return new ConnectionString(connectionString);
    } catch (IllegalArgumentException e) {
      // No cause: the driver's message may repeat parts of the text.
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The connection string of MongoDB is not valid. It has the form"
              + " mongodb://user:password@host:port,host:port/database?option=value, or"
              + " mongodb+srv://user:password@host/database; special characters in user and"
              + " password must be percent-encoded");
    } catch (MongoException e) {
      if (!MongoErrors.isNameLookup(e)) {
        throw new InvalidInputException(
            ErrorCode.INVALID_PARAMETER,
            "The DNS entries of a connection string with mongodb+srv are not valid for MongoDB:"
                + " check its SRV and TXT records");
      }
      throw new UnavailableException(
          "The DNS entries that a connection string with mongodb+srv names could not be looked up",
          null);
    }
  }

  static MongoClient create(ConnectionString parsed, MongoConfig settings) {
    try {
      MongoClientSettings.Builder builder = MongoClientSettings.builder();
      settings.clientCustomizer().accept(builder);
      builder
          .applicationName(settings.applicationName())
          .applyConnectionString(parsed)
          .retryWrites(true)
          .retryReads(true);
      return MongoClients.create(builder.build());
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The options of the connection string of MongoDB or the application name contradict each"
              + " other or are not allowed");
    }
  }

  /** Returns the hosts for messages. */
  static String servers(MongoClient client) {
    ClusterSettings cluster = client.getClusterDescription().getClusterSettings();
    return cluster.getSrvHost() != null
        ? cluster.getSrvHost()
        : cluster.getHosts().stream()
            .map(ServerAddress::toString)
            .collect(Collectors.joining(", "));
  }

  /**
   * Returns the database name if MongoDB allows it.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the name is not
   *     allowed
   */
  public static String checkDatabase(String name) {
    Objects.requireNonNull(name, "database");
    try {
      MongoNamespace.checkDatabaseNameValidity(name);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The database name must have 1 to 63 bytes and none of the characters / \\ . \" $ and"
              + " space");
    }
    return name;
  }
}
