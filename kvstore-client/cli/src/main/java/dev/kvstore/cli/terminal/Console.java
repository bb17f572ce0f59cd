package dev.kvstore.cli.terminal;

import dev.kvstore.internal.support.Texts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

/** The standard streams of a command, and which of them are terminals. */
public record Console(
    InputStream in, PrintWriter out, PrintWriter err, Terminals terminals, Ansi ansi, Clock clock) {

  /** Checks which of the standard streams are terminals. */
  public interface Terminals {
    boolean in();

    boolean out();

    boolean err();
  }

  /** Returns true if a person can see and answer a question. */
  public boolean isInteractive() {
    return terminals.in() && terminals.err();
  }

  /** Asks a question whose default answer is "yes". */
  public boolean confirms(String question) {
    err.print(question + " [Y/n] ");
    err.flush();
    try {
      BufferedReader answers =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      String answer = answers.readLine();
      return answer != null
          && (answer.isBlank() || answer.strip().toLowerCase(Locale.ROOT).startsWith("y"));
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the text in this color if colors are enabled. The text may contain any characters. */
  public String colored(Style color, String text) {
    return ansi.enabled() ? color.on() + text + Style.reset.on() : text;
  }

  /** Prints a line; on a terminal, without control characters. */
  public void print(String line) {
    out.println(terminals.out() ? Texts.visible(line) : line);
  }

  /** Prints a note of one line for the user, separate from the output and after it. */
  public void note(String message) {
    out.flush();
    err.println(Texts.oneLine(message));
    err.flush();
  }
}
