package dev.kvstore.http.api;

import dev.kvstore.BatchOptions;
import dev.kvstore.CopyOptions;
import dev.kvstore.DeleteOptions;
import dev.kvstore.DropOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVOperation;
import dev.kvstore.Names;
import dev.kvstore.RollbackOptions;
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
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Reads the options of writes from requests. */
public final class WriteRequests {
  /**
   * The author of the write, percent-encoded UTF-8. Ignored if a token identifies the author,
   * because anyone could write any name here.
   */
  private static final String AUTHOR = "KV-Author";

  /** The comment on the write, percent-encoded UTF-8. */
  private static final String COMMENT = "KV-Comment";

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
    String etag = etag(context);
    options = timeToLive == null ? options : options.ttl(timeToLive);
    options = etag == null ? options : options.etag(etag);
    return signed(context, options, WriteOptions::author, WriteOptions::comment);
  }

  /** Like {@link #options}; {@code ?ttl=keep} keeps the expiry of the replaced entry. */
  public static WriteOptions replacing(
      RequestContext context, Parameters parameters, WriteCondition condition) {
    return parameters.keepsExpiry()
        ? living(context, null, condition).keepingExpiry()
        : options(context, parameters, condition);
  }

  /**
   * Like {@link #options}, but without a new time to live the expiry is kept, as a patch keeps
   * everything that it does not mention.
   */
  public static WriteOptions patching(RequestContext context, Parameters parameters) {
    WriteOptions options =
        replacing(context, parameters, WriteCondition.NONE).operation(KVOperation.PATCH);
    return parameters.has("ttl") ? options : options.keepingExpiry();
  }

  public static BatchOptions batchOptions(RequestContext context, Parameters parameters) {
    BatchOptions options =
        parameters.flag("atomic") ? BatchOptions.DEFAULT.atomic() : BatchOptions.DEFAULT;
    Duration timeToLive = parameters.timeToLive();
    options = timeToLive == null ? options : options.ttl(timeToLive);
    return signed(context, options, BatchOptions::author, BatchOptions::comment);
  }

  /**
   * Returns the options of a deletion of many entries. Its condition is the fingerprint of a dry
   * run.
   */
  public static DeleteOptions deleteOptions(RequestContext context, Parameters parameters) {
    DeleteOptions options =
        parameters.flag("atomic") ? DeleteOptions.DEFAULT.atomic() : DeleteOptions.DEFAULT;
    options = parameters.flag("dryRun") ? options.dryRun() : options;
    options = signed(context, options, DeleteOptions::author, DeleteOptions::comment);
    String fingerprint = fingerprint(context);
    return fingerprint == null ? options : options.ifMatch(fingerprint);
  }

  /**
   * Returns the options of a rollback of many entries. Its condition is the fingerprint of a dry
   * run.
   */
  public static RollbackOptions rollbackOptions(RequestContext context, Parameters parameters) {
    RollbackOptions options =
        parameters.flag("dryRun") ? RollbackOptions.DEFAULT.dryRun() : RollbackOptions.DEFAULT;
    options = signed(context, options, RollbackOptions::author, RollbackOptions::comment);
    String fingerprint = fingerprint(context);
    return fingerprint == null ? options : options.ifMatch(fingerprint);
  }

  /** Returns the options of a copy of many, likewise, as far as the body does not have them. */
  public static CopyOptions copyOptions(RequestContext context, Parameters parameters) {
    CopyOptions options =
        parameters.flag("dryRun") ? CopyOptions.DEFAULT.dryRun() : CopyOptions.DEFAULT;
    options = signed(context, options, CopyOptions::author, CopyOptions::comment);
    String fingerprint = fingerprint(context);
    return fingerprint == null ? options : options.ifMatch(fingerprint);
  }

  private static @Nullable String fingerprint(RequestContext context) {
    WriteCondition condition = Conditions.ofWrite(context.request());
    if (condition.equals(WriteCondition.NONE)) {
      return null;
    }
    if (condition instanceof WriteCondition.IfMatch match) {
      return match.etag();
    }
    throw Parameters.invalid(
        "The only condition of a change of many is If-Match with the fingerprint of a dry run");
  }

  /** Returns the options of dropping a store. */
  public static DropOptions dropOptions(RequestContext context, Parameters parameters) {
    DropOptions options =
        parameters.flag("purge") ? DropOptions.DEFAULT.purgingHistory() : DropOptions.DEFAULT;
    return signed(context, options, DropOptions::author, DropOptions::comment);
  }

  /**
   * Returns the settings of an import. Its condition is the fingerprint of a dry run. Only an
   * administrator may use the authors in the snapshot.
   */
  public static ImportSettings importSettings(RequestContext context, Parameters parameters) {
    ImportMode mode = ImportMode.valueOf(parameters
        .choice("mode", "merge", "defaults", "replace", "restore")
        .toUpperCase(Locale.ROOT));
    return new ImportSettings(
        parameters.prefix(),
        mode,
        false,
        parameters.flag("dryRun"),
        fingerprint(context),
        author(context),
        comment(context, null),
        context.principal().has(Role.ADMIN));
  }

  /** Adds the author and the comment, if the request has them. */
  private static <O> O signed(
      RequestContext context,
      O options,
      BiFunction<O, String, O> addAuthor,
      BiFunction<O, String, O> addComment) {
    String author = author(context);
    String comment = comment(context, null);
    O authored = author == null ? options : addAuthor.apply(options, author);
    return comment == null ? authored : addComment.apply(authored, comment);
  }

  /** Returns the author, or null. */
  public static @Nullable String author(RequestContext context) {
    return context.principal().name().orElseGet(() -> decoded(context, AUTHOR));
  }

  /** Returns the given comment, or else that in the request's header, or null. */
  public static @Nullable String comment(RequestContext context, @Nullable String given) {
    String comment = given == null ? decoded(context, COMMENT) : given;
    return comment == null || comment.isBlank() ? null : comment;
  }

  private static @Nullable String decoded(RequestContext context, String header) {
    String encoded = context.request().getHeader(header);
    try {
      return encoded == null ? null : Percent.decodeHeader(encoded);
    } catch (Percent.MalformedException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "The header " + header + " " + e.getMessage(), e);
    }
  }
}
