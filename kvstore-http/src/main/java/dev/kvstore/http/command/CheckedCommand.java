package dev.kvstore.http.command;

import java.util.concurrent.Callable;

/** A command that checks all its settings before it runs. */
public interface CheckedCommand extends Callable<Integer> {
  /** Adds all errors in the settings; if there are any, the command is not called. */
  void check(Faults faults);
}
