package dev.kvstore.client.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.Names;
import dev.kvstore.bson.JsonTranscoder;
import dev.kvstore.spi.RawValue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Values under their keys, as a file has them: one JSON object, one YAML mapping, or properties.
 *
 * <p>A property is the JSON value that it spells, and text where it spells none. So text that would
 * be taken for another value is written as JSON, in quotes.
 */
final class Document {
  private Document() {}

  /**
   * Returns the values in the order of the file.
   *
   * @param name of the file, for messages
   * @throws CliException if the file is not in that format, has a key twice, one that is illegal,
   *     or a value that cannot be stored without loss; the message says where, without values
   */
  static Map<String, RawValue> read(Format format, byte[] bytes, String name) {
    try {
      Map<String, RawValue> values = switch (format) {
        case JSON -> json(bytes);
        case YAML -> YamlDocument.read(strict(bytes));
        case PROPERTIES -> properties(bytes);
      };
      values.keySet().forEach(Names::checkKey);
      return values;
    } catch (InvalidInputException e) {
      throw new CliException(ExitCodes.USAGE, name + ": " + e.getMessage(), e);
    } catch (CharacterCodingException e) {
      throw new CliException(ExitCodes.USAGE, name + " is not UTF-8", e);
    } catch (IOException e) {
      throw new CliException(ExitCodes.USAGE, name + " cannot be read", e);
    }
  }

  private static Map<String, RawValue> json(byte[] bytes) {
    Map<String, RawValue> values = new LinkedHashMap<>();
    try (JsonParser parser = Values.JSON.factory().createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw invalid("it must hold one JSON object, with a member for each key");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        values.put(key, value(key, parser));
      }
      if (parser.nextToken() != null) {
        throw invalid("something follows the JSON object");
      }
      return values;
    } catch (IOException e) {
      throw JsonTranscoder.failure(e);
    }
  }

  private static RawValue value(String key, JsonParser parser) {
    int line = parser.currentTokenLocation().getLineNr();
    try {
      return Values.JSON.read(parser);
    } catch (InvalidInputException e) {
      throw e.code() == ErrorCode.INVALID_JSON ? e : wrong(e, key, line);
    }
  }

  private static Map<String, RawValue> properties(byte[] bytes) throws IOException {
    Map<String, RawValue> values = new LinkedHashMap<>();
    Properties properties = new Properties() {
      private static final long serialVersionUID = 1L;

      @Override
      public synchronized Object put(Object key, Object value) {
        String name = (String) key;
        if (values.put(name, property(name, (String) value)) != null) {
          throw invalid("the key '" + Texts.oneLine(name) + "' is there twice");
        }
        return value;
      }
    };
    try {
      properties.load(strict(bytes));
    } catch (IllegalArgumentException e) {
      throw invalid("a \\u is not followed by four hexadecimal digits");
    }
    return values;
  }

  private static RawValue property(String key, String text) {
    try {
      return Values.ofJson(text.getBytes(StandardCharsets.UTF_8));
    } catch (InvalidInputException e) {
      if (e.code() == ErrorCode.INVALID_JSON) {
        return Values.ofText(text);
      }
      throw new InvalidInputException(e.code(), "key '" + key + "': " + e.getMessage());
    }
  }

  static InvalidInputException wrong(InvalidInputException e, String key, int line) {
    return new InvalidInputException(
        e.code(), "line " + line + ", key '" + Texts.oneLine(key) + "': " + e.getMessage());
  }

  static InvalidInputException invalid(String problem) {
    return new InvalidInputException(ErrorCode.INVALID_VALUE, problem);
  }

  private static Reader strict(byte[] bytes) {
    return new InputStreamReader(
        new ByteArrayInputStream(bytes),
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }
}
