package dev.kvstore.cli.options;

import dev.kvstore.cli.terminal.Console;
import dev.kvstore.cli.terminal.Interrupt;
import java.util.Map;

/** What one run of the command line has at hand. */
public record Session(
    Console console,
    Stores stores,
    Connection connection,
    Map<String, String> environment,
    Interrupt interrupt) {}
