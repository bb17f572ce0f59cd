package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps, with what a constructor refuses, why: see {@link Refusals}. */
final class RefusalHandler extends DeserializationProblemHandler {
  /** A constructor or a factory of the application failed. */
  static final class RefusedException extends JsonMappingException {
    private static final long serialVersionUID = 1L;

    final Throwable refusal;
    final transient List<@Nullable Object> arguments;

    private RefusedException(
        DeserializationContext context, Throwable refusal, List<@Nullable Object> arguments) {
      super(context.getParser(), "Refused");
      this.refusal = refusal;
      this.arguments = arguments;
    }
  }

  @Override
  public Object handleInstantiationProblem(
      DeserializationContext context, Class<?> type, @Nullable Object argument, Throwable failure)
      throws RefusedException {
    Throwable refusal = failure.getCause();
    if (!(failure instanceof ValueInstantiationException) || refusal == null) {
      return NOT_HANDLED;
    }
    List<@Nullable Object> arguments =
        argument instanceof Object[] all ? Arrays.asList(all) : Collections.singletonList(argument);
    throw new RefusedException(context, refusal, arguments);
  }
}
