package dev.kvstore.http.config;

/** Where the value of a setting comes from. */
public sealed interface Origin {
  /** The program's own value. */
  record Default() implements Origin {
    @Override
    public String text() {
      return "default";
    }

    @Override
    public String blame() {
      return "";
    }
  }

  /** The command line. */
  record Option(String name) implements Origin {
    @Override
    public String text() {
      return "option " + name;
    }

    @Override
    public String blame() {
      return "";
    }
  }

  /** The environment. */
  record Variable(String name) implements Origin {
    @Override
    public String text() {
      return "variable " + name;
    }

    @Override
    public String blame() {
      return "The environment variable " + name + ": ";
    }
  }

  /** A line of the configuration file, counted from 1. */
  record Line(String file, int number) implements Origin {
    @Override
    public String text() {
      return file + ":" + number;
    }

    @Override
    public String blame() {
      return text() + ": ";
    }
  }

  /** Returns the origin in a few words. */
  String text();

  /** Returns the begin of a message about a wrong value; empty where the message says it all. */
  String blame();
}
