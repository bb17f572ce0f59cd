package dev.kvstore.http.config;

/**
 * Where the value of a setting comes from.
 *
 * @param text in a few words
 * @param blame the begin of a message about a wrong value; empty where the message says it all
 */
public record Origin(String text, String blame) {
  static final Origin DEFAULT = new Origin("default", "");

  static Origin option(String name) {
    return new Origin("option " + name, "");
  }

  static Origin variable(String name) {
    return new Origin("variable " + name, "The environment variable " + name + ": ");
  }

  /** @param line counted from 1 */
  static Origin line(String file, int line) {
    return new Origin(file + ":" + line, file + ":" + line + ": ");
  }
}
