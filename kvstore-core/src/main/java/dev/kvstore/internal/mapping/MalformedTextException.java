package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;

/** A text does not spell what it should. The message says how to spell it and quotes nothing. */
final class MalformedTextException extends MismatchedInputException {
  private static final long serialVersionUID = 1L;

  MalformedTextException(JsonParser parser, String message, Class<?> type) {
    super(parser, message, type);
  }
}
