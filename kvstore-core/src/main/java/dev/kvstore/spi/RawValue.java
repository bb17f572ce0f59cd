package dev.kvstore.spi;

import dev.kvstore.KVType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A value as it is stored: a BSON document with the single member {@code value}. Immutable.
 *
 * <p>{@code KVStore} also reads and writes it, for tools that move values without knowing their
 * types. It is stored and read bit for bit:
 *
 * <pre>{@code
 * from.stream("ui.", RawValue.TYPE).forEach(entry -> to.set(entry.key(), entry.value()));
 * }</pre>
 *
 * @see <a href="https://bsonspec.org/spec.html">the BSON specification</a>
 */
public final class RawValue {
  /** The type for reading a value as it is stored. */
  public static final KVType<RawValue> TYPE = KVType.of(RawValue.class);

  /**
   * The size of the document around the value: its length, the value's type, the name "value" and
   * two terminators.
   */
  private static final int ENVELOPE_BYTES = 4 + 1 + 6 + 1;

  private static final byte[] NAME = {'v', 'a', 'l', 'u', 'e', 0};

  private final byte[] document;

  private RawValue(byte[] document) {
    this.document = document;
  }

  /**
   * Returns the value in this document. The array is not copied and must not be changed afterwards.
   *
   * @throws IllegalArgumentException if the bytes do not begin and end like such a document; the
   *     value itself is not checked
   */
  public static RawValue ofDocument(byte[] document) {
    int length = document.length;
    if (length < ENVELOPE_BYTES
        || ByteBuffer.wrap(document).order(ByteOrder.LITTLE_ENDIAN).getInt(0) != length
        || document[length - 1] != 0
        || !Arrays.equals(document, 5, 5 + NAME.length, NAME, 0, NAME.length)) {
      throw new IllegalArgumentException("Not a BSON document that begins with the member 'value'");
    }
    return new RawValue(document);
  }

  /** Returns a read-only view of the document. */
  public ByteBuffer document() {
    return ByteBuffer.wrap(document).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns a copy of the document. */
  public byte[] toByteArray() {
    return document.clone();
  }

  /** Returns the size of the value in bytes of BSON, without the document around it. */
  public int size() {
    return document.length - ENVELOPE_BYTES;
  }

  /** Returns the number of the value's BSON type, for example 2 for a string. */
  public byte typeNumber() {
    return document[4];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RawValue that && Arrays.equals(document, that.document);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(document);
  }

  /** Returns the size, not the content, which may be a secret. */
  @Override
  public String toString() {
    return "RawValue[" + size() + " bytes]";
  }
}
