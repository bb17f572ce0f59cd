package dev.kvstore.cli.commands;

import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.internal.files.DurableFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A text file to edit, in a folder of its own. Only the owner can read both, because editors leave
 * copies beside the file.
 */
final class EditedFile implements AutoCloseable {
  /** The exit code of a shell. */
  private static final int NO_SUCH_COMMAND = 127;

  private final Path folder;
  private final Path file;
  private boolean kept;

  private EditedFile(Path folder, Path file) {
    this.folder = folder;
    this.file = file;
  }

  static EditedFile create(String text) throws IOException {
    Path folder = Files.createTempDirectory("kv-edit-", DurableFile.folderOfOwner());
    Path file = folder.resolve("value.json");
    EditedFile created = new EditedFile(folder, file);
    try {
      Files.createFile(file, DurableFile.ownerOnly());
      Files.writeString(file, text);
      return created;
    } catch (IOException e) {
      created.close();
      throw e;
    }
  }

  /**
   * Runs the editor and returns when the user has closed it.
   *
   * @throws CliException if there is no editor, or it failed
   */
  void edit(Map<String, String> environment) throws IOException, InterruptedException {
    String editor = editor(environment);
    boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    // The variables contain a command with options, so let a shell parse them.
    ProcessBuilder builder = windows
        ? new ProcessBuilder("cmd", "/c", editor + " \"" + file + "\"")
        : new ProcessBuilder("sh", "-c", editor + " \"$1\"", "kv-edit", file.toString());
    int code = builder.inheritIO().start().waitFor();
    if (code != 0) {
      throw CliException.usage("The editor '" + editor + "' ended with code " + code
          + "; nothing was written" + (code == NO_SUCH_COMMAND ? ". Set VISUAL or EDITOR" : ""));
    }
    kept = true;
  }

  private static String editor(Map<String, String> environment) {
    for (String variable : new String[] {"VISUAL", "EDITOR"}) {
      String editor = environment.get(variable);
      if (editor != null && !editor.isBlank()) {
        return editor;
      }
    }
    return "vi";
  }

  byte[] bytes() throws IOException {
    return Files.readAllBytes(file);
  }

  /** Marks the file for deletion. */
  void discard() {
    kept = false;
  }

  /** Returns the path of the file if it is kept, because the user has edited it. */
  Optional<Path> keptPath() {
    return kept ? Optional.of(file) : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    if (kept) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path leftover : files) {
        Files.delete(leftover);
      }
    }
    Files.delete(folder);
  }
}
