package dev.kvstore.internal.bson;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.kvstore.spi.ValueLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/** A factory of parsers for strict JSON in UTF-8. Jackson's own decoders accept malformed text. */
final class StrictJsonFactory extends JsonFactory {
  private static final long serialVersionUID = 1L;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  StrictJsonFactory(ValueLimits limits) {
    super(builder(limits));
  }

  private static JsonFactoryBuilder builder(ValueLimits limits) {
    return new JsonFactoryBuilder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
        .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
        .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
        // A symbol table of untrusted names is useless and open to hash collision attacks.
        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .streamReadConstraints(new Limits(limits));
  }

  @Override
  protected JsonParser _createParser(InputStream in, IOContext context) throws IOException {
    // With an explicit decoder, which reports malformed input; a Charset would replace it.
    Reader text = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
    return _createParser(new WithoutByteOrderMark(text), context);
  }

  /** Skips the byte order mark that some editors write; see RFC 8259, section 8.1. */
  private static final class WithoutByteOrderMark extends PushbackReader {
    private boolean begun;

    private WithoutByteOrderMark(Reader text) {
      super(text);
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
      if (!begun) {
        begun = true;
        int first = read();
        if (first >= 0 && first != BYTE_ORDER_MARK) {
          unread(first);
        }
      }
      return super.read(buffer, offset, length);
    }
  }

  @Override
  protected JsonParser _createParser(byte[] data, int offset, int length, IOContext context)
      throws IOException {
    return _createParser(new ByteArrayInputStream(data, offset, length), context);
  }

  /** Limits whose violations throw the errors for the user. */
  private static final class Limits extends StreamReadConstraints {
    private static final long serialVersionUID = 1L;

    private static final int MAX_NUMBER_LENGTH = 1_000;

    private Limits(ValueLimits limits) {
      super(
          DEFAULT_MAX_DEPTH,
          DEFAULT_MAX_DOC_LEN,
          MAX_NUMBER_LENGTH,
          limits.maxBytes(),
          limits.maxBytes(),
          DEFAULT_MAX_TOKEN_COUNT);
    }

    @Override
    public void validateIntegerLength(int length) {
      checkNumber(length);
    }

    @Override
    public void validateFPLength(int length) {
      checkNumber(length);
    }

    private void checkNumber(int length) {
      if (length > _maxNumLen) {
        throw BsonText.invalid("A number has more digits than any BSON type can hold");
      }
    }

    @Override
    public void validateStringLength(int length) {
      checkText(length, _maxStringLen);
    }

    @Override
    public void validateNameLength(int length) {
      checkText(length, _maxNameLen);
    }

    private static void checkText(int length, int max) {
      if (length > max) {
        throw BsonText.tooLarge(max);
      }
    }

    @Override
    public void validateNestingDepth(int depth) {
      if (depth > _maxNestingDepth) {
        throw BsonText.invalid("The JSON text is nested too deeply");
      }
    }
  }
}
