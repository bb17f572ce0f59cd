package dev.kvstore.http.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.kvstore.internal.config.SettingNames;
import dev.kvstore.internal.files.RegularFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A YAML file of settings, {@code name: value}. Names may be nested at a hyphen ({@code tls: {key:
 * …}} is {@code tls-key: …}), and values may be lists. Messages never repeat a value.
 */
final class ConfigFile {
  private final String path;
  private final Set<String> known;
  private final Map<String, Setting> settings = new LinkedHashMap<>();
  private final List<String> faults = new ArrayList<>();

  record Setting(String value, String place, int line) {}

  private ConfigFile(String path, Set<String> known) {
    this.path = path;
    this.known = known;
  }

  static ConfigFile read(Path path, Set<String> known) {
    ConfigFile file = new ConfigFile(path.toString(), known);
    try (YAMLParser parser = new YAMLFactory().createParser(RegularFile.read(path, UTF_8))) {
      file.readDocument(parser);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      file.settings.clear();
      file.fault(line, "this is not valid YAML");
    } catch (NoSuchFileException e) {
      file.faults.add(path + ": there is no such file");
    } catch (IOException e) {
      file.faults.add(path + ": the file cannot be read");
    }
    return file;
  }

  @Nullable
  Setting setting(String name) {
    return settings.get(name);
  }

  List<String> faults() {
    return faults;
  }

  private void readDocument(YAMLParser parser) throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null || first == JsonToken.VALUE_NULL) {
      return;
    }
    if (first != JsonToken.START_OBJECT) {
      fault(line(parser), "the file must hold settings of the form 'name: value'");
      return;
    }
    readSettings(parser, "");
    if (parser.nextToken() != null) {
      fault(line(parser), "the file must hold a single YAML document");
    }
  }

  private void readSettings(YAMLParser parser, String prefix) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = prefix + parser.currentName();
      int line = line(parser);
      JsonToken token = parser.nextToken();
      if (token == JsonToken.START_OBJECT && isGroup(name)) {
        readSettings(parser, name + "-");
      } else if (!known.contains(name)) {
        fault(line, "there is no setting '" + name + "'" + meant(name));
        parser.skipChildren();
      } else {
        readSetting(parser, name, line);
      }
    }
  }

  private void readSetting(YAMLParser parser, String name, int line) throws IOException {
    String value = parser.currentToken() == JsonToken.START_ARRAY
        ? readList(parser, name)
        : plainValue(parser, name);
    Setting earlier = settings.get(name);
    if (earlier != null) {
      fault(line, "'" + name + "' was set in line " + earlier.line() + " already");
    } else if (value != null && !value.isBlank()) {
      settings.put(name, new Setting(value.strip(), path + ":" + line, line));
    }
  }

  private String readList(YAMLParser parser, String name) throws IOException {
    List<String> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String item = plainValue(parser, name);
      if (item != null && item.indexOf(',') >= 0) {
        fault(line(parser), "an item of '" + name + "' has a comma, make it two items");
      } else if (item != null) {
        items.add(item);
      }
    }
    return String.join(",", items);
  }

  /** Returns the value; null if the setting is empty or not a plain value. */
  private @Nullable String plainValue(YAMLParser parser, String name) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (parser.currentToken().isScalarValue() && !parser.isCurrentAlias()) {
      return parser.getText();
    }
    fault(line(parser), "'" + name + "' must have a plain value");
    parser.skipChildren();
    return null;
  }

  private String meant(String name) {
    return SettingNames.nearest(name, known)
        .map(nearest -> ", did you mean '" + nearest + "'?")
        .orElse("; the command 'config' lists those that there are");
  }

  private boolean isGroup(String name) {
    return known.stream().anyMatch(k -> k.startsWith(name + "-"));
  }

  private void fault(int line, String problem) {
    faults.add(path + ":" + line + ": " + problem);
  }

  private static int line(YAMLParser parser) {
    return parser.currentTokenLocation().getLineNr();
  }
}
