package dev.kvstore.http.api.stores;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.EntryDatabase;

/** {@code DELETE /v1/stores/{store}}, which has to say the store's name twice. */
public record DropHandler(EntryDatabase database) implements ResourceHandler {
  @Override
  public void handle(RequestContext context) {
    Conditions.refuseAll(context.request());
    String store = context.store();
    String confirmed = context.parameters("confirm").text("confirm");
    if (confirmed == null) {
      throw new ProblemException(
          ErrorKind.PRECONDITION_REQUIRED,
          "This deletes the store '" + store + "' with all its entries; if that is meant, add"
              + " ?confirm=" + store);
    }
    if (!confirmed.equals(store)) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The parameter 'confirm' must repeat the name of the store, '" + store + "'");
    }
    context.recheck();
    if (!database.drop(store)) {
      throw new ProblemException(ErrorKind.NO_SUCH_RESOURCE, "There is no store '" + store + "'");
    }
    ResponseWriter.answerEmpty(context, 204);
  }
}
