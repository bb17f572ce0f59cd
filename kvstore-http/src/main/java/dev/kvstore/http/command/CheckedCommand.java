package dev.kvstore.http.command;

import java.util.concurrent.Callable;

/** A command that looks at all its settings before it does anything. */
public interface CheckedCommand extends Callable<Integer> {
  /** Adds what is wrong with the settings; where anything is, the command is not called. */
  void check(Faults faults);
}
