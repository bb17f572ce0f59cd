package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;

/** A member that an object must have is not stored. */
final class AbsentMemberException extends MismatchedInputException {
  private static final long serialVersionUID = 1L;

  AbsentMemberException(JsonParser parser, JavaType type) {
    super(parser, "A member is absent", type);
  }
}
