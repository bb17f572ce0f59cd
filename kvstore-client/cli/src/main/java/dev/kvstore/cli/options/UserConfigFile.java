package dev.kvstore.cli.options;

import dev.kvstore.InvalidSnapshotException;
import dev.kvstore.cli.terminal.LocalFiles;
import dev.kvstore.internal.config.SettingNames;
import dev.kvstore.internal.support.Texts;
import dev.kvstore.internal.transfer.FileFormat;
import dev.kvstore.internal.transfer.Node;
import dev.kvstore.internal.transfer.Reading;
import dev.kvstore.internal.transfer.SnapshotReader;
import dev.kvstore.internal.transfer.SnapshotSource;
import dev.kvstore.internal.transfer.Types;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The user's configuration: a YAML file of options by name. */
public record UserConfigFile(
    Path path, Map<String, String> values, List<String> faults, List<String> warnings) {
  /**
   * Reads the user's file, {@code kvstore/config.yaml} in {@code XDG_CONFIG_HOME} or else in
   * {@code ~/.config}. A missing file is not an error.
   *
   * @param known the options that it may set
   */
  public static UserConfigFile of(Map<String, String> environment, Set<String> known) {
    Path file = path(environment);
    UserConfigFile config =
        new UserConfigFile(file, new TreeMap<>(), new ArrayList<>(), new ArrayList<>());
    if (Files.exists(file)) {
      config.read(known);
    }
    return config;
  }

  static Path path(Map<String, String> environment) {
    String base = environment.get("XDG_CONFIG_HOME");
    // The standard requires ignoring a relative path.
    Path folder = base != null && Path.of(base).isAbsolute()
        ? Path.of(base)
        : Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".config");
    return folder.resolve("kvstore").resolve("config.yaml");
  }

  private void read(Set<String> known) {
    List<Node.Member> settings;
    try (SnapshotSource source = SnapshotSource.of(path, path.toString())) {
      settings =
          new SnapshotReader(source, Reading.of(FileFormat.YAML, Types.TEXT, null)).members();
    } catch (InvalidSnapshotException e) {
      faults.addAll(String.valueOf(e.getMessage()).lines().toList());
      return;
    } catch (IOException e) {
      faults.add(path + " cannot be read: " + LocalFiles.reason(e));
      return;
    }
    for (Node.Member setting : settings) {
      if (known.contains(setting.name())) {
        add(setting.name(), setting.value());
      } else {
        faults.add(path + ", " + Texts.oneLine(setting.name()) + ": there is no such setting; "
            + SettingNames.nearest(setting.name(), known)
                .map(nearest -> "did you mean " + nearest + "?")
                .orElse("there are " + String.join(", ", known)));
      }
    }
    if (values.containsKey("token") && LocalFiles.isReadableByOthers(path)) {
      warnings.add(path + " has a token and can be read by others than its owner: chmod 600 it");
    }
  }

  private void add(String name, Node value) {
    List<String> texts = new ArrayList<>();
    for (Node item : value instanceof Node.Items list ? list.items() : List.of(value)) {
      if (!(item instanceof Node.Scalar scalar)) {
        faults.add(path + ", " + name + ": it must be a plain value");
        return;
      }
      texts.add(scalar.text());
    }
    String text = String.join(",", texts);
    if (!text.isBlank()) {
      values.put(name, text);
    }
  }

  @Nullable
  String value(String option) {
    return values.get(option);
  }

  /** Omits the values, one of which is a secret. */
  @Override
  public String toString() {
    return "UserConfigFile[" + path + "]";
  }
}
