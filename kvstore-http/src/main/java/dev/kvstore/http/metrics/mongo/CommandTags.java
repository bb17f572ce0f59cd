package dev.kvstore.http.metrics.mongo;

import com.mongodb.event.CommandEvent;
import com.mongodb.event.CommandFailedEvent;
import com.mongodb.event.CommandSucceededEvent;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.mongodb.MongoCommandTagsProvider;

/**
 * Tells commands apart by their kind, their server and their end; not by store, as there may be
 * many.
 */
final class CommandTags implements MongoCommandTagsProvider {
  @Override
  public Iterable<Tag> commandTags(CommandEvent event) {
    return Tags.of(
        "command", event.getCommandName(),
        "server", event.getConnectionDescription().getServerAddress().toString(),
        "status", status(event));
  }

  private static String status(CommandEvent event) {
    if (event instanceof CommandSucceededEvent) {
      return "success";
    }
    return event instanceof CommandFailedEvent ? "failure" : "unknown";
  }
}
