package dev.kvstore.internal.bson;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

/**
 * Changes some members of a value, and leaves the others unchanged with their stored types.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7396">RFC 7396, JSON Merge Patch</a>
 */
public final class MergePatch {
  private MergePatch() {}

  /**
   * Returns the value after the patch: a null member of the patch removes that member of the value,
   * a document is applied as a patch in turn, and any other value replaces the member. A patch that
   * is not a document replaces the whole value.
   *
   * @throws InvalidInputException with {@link ErrorCode#TOO_LARGE} or
   *     {@link ErrorCode#INVALID_VALUE} if the result breaks the limits
   */
  public static RawValue apply(RawValue patch, RawValue value, ValueLimits limits) {
    BsonValue merged = merge(decode(patch), decode(value));
    return BsonValues.checked(BsonValues.ofBsonValue(merged).toByteArray(), limits);
  }

  /** Applies the patch, changing the target in place if it is a document. */
  private static BsonValue merge(BsonValue patch, @Nullable BsonValue target) {
    if (!patch.isDocument()) {
      return patch;
    }
    BsonDocument result =
        target != null && target.isDocument() ? target.asDocument() : new BsonDocument();
    patch.asDocument().forEach((name, change) -> {
      if (change.isNull()) {
        result.remove(name);
      } else {
        result.put(name, merge(change, result.get(name)));
      }
    });
    return result;
  }

  private static BsonValue decode(RawValue value) {
    RawBsonDocument document = new RawBsonDocument(value.toByteArray());
    return Objects.requireNonNull(document.decode(new BsonDocumentCodec()).get("value"));
  }
}
