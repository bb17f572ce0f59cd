package dev.kvstore.internal.mongo;

import org.bson.BsonDocument;
import org.bson.BsonDocumentWrapper;
import org.bson.BsonWriter;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.Encoder;
import org.bson.codecs.EncoderContext;

/**
 * Notes whether a command may have reached the server. The driver encodes a command when it has a
 * connection and is about to send it, so a command whose filter was never encoded was never sent.
 * The exceptions cannot tell: that of the last attempt hides those before it, and the same one
 * stands for "no server was found" and "no answer came". Works with any client, also with one that
 * the application brought and whose settings are not ours to change.
 */
final class SendMark implements Encoder<BsonDocument> {
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  private volatile boolean sent;

  /** Returns the filter, to be given to the driver for one command. */
  BsonDocument on(BsonDocument filter) {
    return new BsonDocumentWrapper<>(filter, this);
  }

  /** Returns whether the command may have been sent; where not, it certainly was not. */
  boolean mayHaveBeenSent() {
    return sent;
  }

  @Override
  public void encode(BsonWriter writer, BsonDocument filter, EncoderContext context) {
    sent = true;
    CODEC.encode(writer, filter, context);
  }

  @Override
  public Class<BsonDocument> getEncoderClass() {
    return BsonDocument.class;
  }
}
