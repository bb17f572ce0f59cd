package dev.kvstore.http.api;

import dev.kvstore.BatchOptions;
import dev.kvstore.DeleteOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.Names;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.internal.support.Percent;
import dev.kvstore.internal.transfer.ImportMode;
import dev.kvstore.internal.transfer.ImportSettings;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a request says of how its write is to be done. */
public final class WriteRequests {
  /**
   * Names who writes, percent-encoded in UTF-8. Where a token names them it is not looked at:
   * anybody could write any name there.
   */
  private static final String AUTHOR = "KV-Author";

  private WriteRequests() {}

  /** @throws InvalidInputException if it is malformed */
  static @Nullable String etag(RequestContext context) {
    List<String> etags = Collections.list(context.request().getHeaders(RequestContext.ETAG));
    if (etags.isEmpty()) {
      return null;
    }
    if (etags.size() > 1) {
      throw Parameters.invalid("The header " + RequestContext.ETAG + " must be there once");
    }
    try {
      return Names.checkEtag(etags.get(0));
    } catch (InvalidInputException e) {
      throw new InvalidInputException(
          e.code(), "The header " + RequestContext.ETAG + ": " + e.getMessage(), e);
    }
  }

  public static WriteOptions options(
      RequestContext context, Parameters parameters, WriteCondition condition) {
    return living(context, parameters.timeToLive(), condition);
  }

  private static WriteOptions living(
      RequestContext context, @Nullable Duration timeToLive, WriteCondition condition) {
    WriteOptions options = WriteOptions.DEFAULT.condition(condition);
    String author = author(context);
    String etag = etag(context);
    options = timeToLive == null ? options : options.ttl(timeToLive);
    options = etag == null ? options : options.etag(etag);
    return author == null ? options : options.author(author);
  }

  /** As {@link #options}; {@code ?ttl=keep} leaves the expiry of what is replaced as it is. */
  public static WriteOptions replacing(
      RequestContext context, Parameters parameters, WriteCondition condition) {
    return parameters.keepsExpiry()
        ? living(context, null, condition).keepingExpiry()
        : options(context, parameters, condition);
  }

  /** What a patch does not speak of stays as it is, and so does the expiry without a new one. */
  public static WriteOptions patching(RequestContext context, Parameters parameters) {
    WriteOptions options = replacing(context, parameters, WriteCondition.NONE);
    return parameters.has("ttl") ? options : options.keepingExpiry();
  }

  public static BatchOptions batchOptions(RequestContext context, Parameters parameters) {
    BatchOptions options =
        parameters.flag("atomic") ? BatchOptions.DEFAULT.atomic() : BatchOptions.DEFAULT;
    Duration timeToLive = parameters.timeToLive();
    String author = author(context);
    options = timeToLive == null ? options : options.ttl(timeToLive);
    return author == null ? options : options.author(author);
  }

  /** Returns the options of a deletion of many: its condition is the fingerprint of a dry run. */
  public static DeleteOptions deleteOptions(RequestContext context, Parameters parameters) {
    DeleteOptions options =
        parameters.flag("atomic") ? DeleteOptions.DEFAULT.atomic() : DeleteOptions.DEFAULT;
    WriteCondition condition = Conditions.ofWrite(context.request());
    String author = author(context);
    options = parameters.flag("dryRun") ? options.dryRun() : options;
    options = author == null ? options : options.author(author);
    if (condition.equals(WriteCondition.NONE)) {
      return options;
    }
    if (condition instanceof WriteCondition.IfMatch match) {
      return options.ifMatch(match.etag());
    }
    throw Parameters.invalid(
        "The only condition of a deletion of many is If-Match with the fingerprint of a dry run");
  }

  /**
   * Returns the settings of an import: its condition is the fingerprint of a dry run. Only an
   * administrator may give entries the authors that the snapshot names.
   */
  public static ImportSettings importSettings(RequestContext context, Parameters parameters) {
    WriteCondition condition = Conditions.ofWrite(context.request());
    if (!condition.equals(WriteCondition.NONE) && !(condition instanceof WriteCondition.IfMatch)) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The only condition of an import is If-Match with the fingerprint of a dry run");
    }
    ImportMode mode = ImportMode.valueOf(
        parameters.choice("mode", "merge", "defaults", "replace").toUpperCase(Locale.ROOT));
    return new ImportSettings(
        parameters.query().prefix(),
        mode,
        false,
        parameters.flag("dryRun"),
        condition instanceof WriteCondition.IfMatch match ? match.etag() : null,
        author(context),
        null,
        context.principal().has(Role.ADMIN));
  }

  private static @Nullable String author(RequestContext context) {
    String known = context.principal().name().orElse(null);
    String encoded = context.request().getHeader(AUTHOR);
    return known != null || encoded == null ? known : decode(encoded);
  }

  private static String decode(String encoded) {
    try {
      return Percent.decodeHeader(encoded);
    } catch (Percent.MalformedException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "The header " + AUTHOR + " " + e.getMessage(), e);
    }
  }
}
