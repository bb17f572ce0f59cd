package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonMappingException;

/**
 * The text of a {@code KVDefault} is none of its type. The message names the annotation's place.
 */
final class WrongDefaultException extends JsonMappingException {
  private static final long serialVersionUID = 1L;

  WrongDefaultException(JsonParser parser, String message) {
    super(parser, message);
  }
}
