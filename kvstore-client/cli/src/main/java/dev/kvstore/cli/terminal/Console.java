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

/** Where input comes from and output goes, and whether a person sits there. */
public record Console(
    InputStream in, PrintWriter out, PrintWriter err, Terminals terminals, Ansi ansi, Clock clock) {

  /** Which of the three are terminals. */
  public interface Terminals {
    boolean in();

    boolean out();

    boolean err();
  }

  /** Returns whether a question would be seen and answered. */
  public boolean isInteractive() {
    return terminals.in() && terminals.err();
  }

  /** Asks a question to which "yes" is the usual answer. */
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

  /** Returns the text in that colour where there are colours. It may hold anything. */
  public String colored(Style color, String text) {
    return ansi.enabled() ? color.on() + text + Style.reset.on() : text;
  }

  /** Prints a line, without anything that would steer a terminal where it goes to one. */
  public void print(String line) {
    out.println(terminals.out() ? Texts.visible(line) : line);
  }

  /** Tells in one line what the user should know, apart from the output, and after it. */
  public void note(String message) {
    out.flush();
    err.println(Texts.oneLine(message));
    err.flush();
  }
}
