package dev.kvstore.cli.terminal;

/** Shows the progress of a long command on a terminal, on one line that is removed at the end. */
public final class Progress implements AutoCloseable {
  private static final String CLEAR = "\r\u001B[K";

  private final Console console;
  private final String what;
  private boolean shown;

  /** @param what describes the progress, for example "Imported" */
  public Progress(Console console, String what) {
    this.console = console;
    this.what = what;
  }

  /** Shows the number of finished items; the total is 0 if unknown. */
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
