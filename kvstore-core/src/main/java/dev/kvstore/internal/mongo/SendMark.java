package dev.kvstore.internal.mongo;

import org.bson.BsonDocument;
import org.bson.BsonDocumentWrapper;
import org.bson.BsonWriter;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.Encoder;
import org.bson.codecs.EncoderContext;

/**
 * Notes if a command may have reached the server. The driver encodes a command when it has a
 * connection and is about to send it, so a command whose filter was never encoded was never sent.
 * Exceptions do not show this: that of the last attempt hides earlier ones, and the same exception
 * means "no server was found" and "no answer came". This works with any client, including the
 * application's own, whose settings cannot be changed.
 */
final class SendMark implements Encoder<BsonDocument> {
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  private volatile boolean sent;

  /** Returns the filter to pass to the driver for one command. */
  BsonDocument on(BsonDocument filter) {
    return new BsonDocumentWrapper<>(filter, this);
  }

  /** Returns false if the command was certainly not sent. */
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
