package dev.kvstore.cli;

import java.util.Map;

/** What one run of the command line has at hand. */
record Session(
    Console console,
    Stores stores,
    Connection connection,
    Map<String, String> environment,
    Interrupt interrupt) {}
