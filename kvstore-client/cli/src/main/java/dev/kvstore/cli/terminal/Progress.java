package dev.kvstore.cli.terminal;

/** Tells a person at a terminal how far a long command has come, on one line that goes away. */
public final class Progress implements AutoCloseable {
  private static final String CLEAR = "\r\u001B[K";

  private final Console console;
  private final String what;
  private boolean shown;

  /** @param what the command does, as "Imported" */
  public Progress(Console console, String what) {
    this.console = console;
    this.what = what;
  }

  /** Shows how many are done, of a total that is 0 where it is not known. */
  public void tell(long done, long total) {
    if (!console.terminals().err()) {
      return;
    }
    shown = true;
    console.err().print(CLEAR + what + " " + done + (total == 0 ? "" : " of " + total));
    console.err().flush();
  }

  @Override
  public void close() {
    if (shown) {
      console.err().print(CLEAR);
      console.err().flush();
    }
  }
}
