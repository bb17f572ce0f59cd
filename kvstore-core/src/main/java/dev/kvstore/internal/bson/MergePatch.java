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
 * Changes some members of a value and leaves the others as they are, with the types that they have.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7396">RFC 7396, JSON Merge Patch</a>
 */
public final class MergePatch {
  private MergePatch() {}

  /**
   * Returns the value as the patch makes it: a member of the patch that is null removes that of the
   * value, one that is a document is a patch in turn, and every other takes its place. A patch that
   * is no document takes the place of the value.
   *
   * @throws InvalidInputException with {@link ErrorCode#TOO_LARGE} or
   *     {@link ErrorCode#INVALID_VALUE} if the result breaks the limits
   */
  public static RawValue apply(RawValue patch, RawValue value, ValueLimits limits) {
    BsonValue merged = merge(decode(patch), decode(value));
    return BsonValues.checked(BsonValues.ofBsonValue(merged).toByteArray(), limits);
  }

  /** Changes the target, where it is a document. */
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
