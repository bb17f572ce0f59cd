package dev.kvstore.http.api.history;

import dev.kvstore.HistoryQuery;
import dev.kvstore.http.api.history.RevisionPages.View;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ResponseWriter;
import java.io.IOException;
import java.time.Duration;

/** {@code /v1/stores/{store}/changes}: every change in order, and a long poll for more. */
public record ChangesHandler(ChangePolls polls, ResponseWriter responses)
    implements ResourceHandler {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  @Override
  public void handle(RequestContext context) throws IOException {
    Parameters parameters =
        context.parameters("prefix", "limit", "after", "values", "metadata", "wait");
    HistoryQuery query =
        HistoryHandler.selected(RevisionPages.visible(context, parameters.prefix()), parameters);
    Duration wait = wait(parameters);
    Format format = Format.ofAnswer(context.request());
    new ChangePoll(
            polls,
            responses,
            format,
            query,
            parameters.flag("metadata") ? View.METADATA : View.PLAIN,
            context.isHead() ? Duration.ZERO : wait)
        .handle(context);
  }

  private static Duration wait(Parameters parameters) {
    Duration wait = parameters.duration("wait");
    if (wait == null) {
      return Duration.ZERO;
    }
    if (wait.isNegative() || wait.compareTo(LONGEST_WAIT) > 0) {
      throw Parameters.invalid("The parameter 'wait' must be from 0s to 60s");
    }
    return wait;
  }
}
