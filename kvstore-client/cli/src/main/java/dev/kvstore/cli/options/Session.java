package dev.kvstore.cli.options;

import dev.kvstore.KVDatabase;
import dev.kvstore.cli.terminal.Console;
import dev.kvstore.cli.terminal.Interrupt;
import dev.kvstore.client.HttpSettings;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The shared context of the commands of one run: the terminal, the connection and access to the
 * service.
 *
 * @param databases opens the database of the service at these addresses
 */
public record Session(
    Console console,
    BiFunction<List<URI>, HttpSettings, KVDatabase> databases,
    Connection connection,
    Map<String, String> environment,
    Interrupt interrupt) {
  /** Opens the database in the options. Call it after they were checked. */
  public KVDatabase open() {
    return databases.apply(connection.urls(), connection.settings());
  }
}
