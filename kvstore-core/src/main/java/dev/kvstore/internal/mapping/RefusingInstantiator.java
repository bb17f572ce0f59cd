package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps, with what a constructor refuses, why: see {@link Refusals}. */
class RefusingInstantiator extends ValueInstantiator.Delegating {
  private static final long serialVersionUID = 1L;

  RefusingInstantiator(ValueInstantiator jacksons) {
    super(jacksons);
  }

  /** A constructor or a factory of the application failed. */
  static final class RefusedException extends JsonMappingException {
    private static final long serialVersionUID = 1L;

    final Throwable refusal;
    final transient List<@Nullable Object> arguments;

    private RefusedException(
        DeserializationContext context, Throwable refusal, @Nullable Object... arguments) {
      super(context.getParser(), "Refused");
      this.refusal = refusal;
      this.arguments = Arrays.asList(arguments);
    }
  }

  @FunctionalInterface
  private interface Making {
    @Nullable
    Object make() throws IOException;
  }

  private static @Nullable Object made(
      DeserializationContext context, Making making, @Nullable Object... arguments)
      throws IOException {
    try {
      return making.make();
    } catch (ValueInstantiationException e) {
      throw e.getCause() == null ? e : new RefusedException(context, e.getCause(), arguments);
    }
  }

  @Override
  public final ValueInstantiator createContextual(
      DeserializationContext context, BeanDescription bean) {
    return this; // Jackson's own has nothing to adapt
  }

  @Override
  public final @Nullable Object createFromObjectWith(
      DeserializationContext context, Object[] arguments) throws IOException {
    return made(context, () -> super.createFromObjectWith(context, arguments), arguments);
  }

  @Override
  public final @Nullable Object createUsingDelegate(DeserializationContext context, Object delegate)
      throws IOException {
    return made(context, () -> super.createUsingDelegate(context, delegate), delegate);
  }

  @Override
  public final @Nullable Object createFromString(DeserializationContext context, String text)
      throws IOException {
    return made(context, () -> super.createFromString(context, text), text);
  }

  @Override
  public final @Nullable Object createFromInt(DeserializationContext context, int number)
      throws IOException {
    return made(context, () -> super.createFromInt(context, number), number);
  }

  @Override
  public final @Nullable Object createFromLong(DeserializationContext context, long number)
      throws IOException {
    return made(context, () -> super.createFromLong(context, number), number);
  }

  @Override
  public final @Nullable Object createFromDouble(DeserializationContext context, double number)
      throws IOException {
    return made(context, () -> super.createFromDouble(context, number), number);
  }
}
