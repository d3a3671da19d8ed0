// A till of other make: npm's @adyen/api-library pays at a simulated nexo terminal.
//
// It has never seen Usher: envelope, keys, certificate and messages are the vendor's. Arguments:
// address (port 8443 always), PEM of the root, passphrase, then the steps, each as word:argument.
// Prints one JSON object a step. `tests/box/pad_peer.rs` starts terminal and till and compares
// with the bank.
"use strict";

const { Client, EnvironmentEnum, TerminalLocalAPI } = require("@adyen/api-library");

const POI_ID = "V400m-346403161";
const SALE_ID = "foreign-till";

const [address, root, passphrase, ...steps] = process.argv.slice(2);
const client = new Client({
  apiKey: "unused",
  environment: EnvironmentEnum.TEST,
  terminalApiLocalEndpoint: `https://${address}`,
  certificatePath: root,
});
const till = new TerminalLocalAPI(client);
const key = {
  AdyenCryptoVersion: 1, KeyIdentifier: "vendor", KeyVersion: 3, Passphrase: passphrase,
};
let services = 0;
let booked;

function ask(category, body) {
  services += 1;
  const header = {
    MessageClass: "Service", MessageCategory: category, MessageType: "Request",
    ProtocolVersion: "3.0", ServiceID: `s${services}`, SaleID: SALE_ID, POIID: POI_ID,
  };
  const request = { SaleToPOIRequest: { MessageHeader: header, ...body } };
  return till.request(request, key);
}

function pay(amount) {
  return ask("Payment", {
    PaymentRequest: {
      SaleData: {
        SaleTransactionID: { TransactionID: "till-1", TimeStamp: new Date().toISOString() },
      },
      PaymentTransaction: {
        AmountsReq: { Currency: "GBP", RequestedAmount: Number(amount) },
      },
    },
  });
}

function told(payment) {
  const response = payment.Response;
  const receipts = (payment.PaymentReceipt ?? []).map((receipt) => receipt.DocumentQualifier);
  return {
    result: response.Result,
    condition: response.ErrorCondition ?? null,
    authorized: payment.PaymentResult?.AmountsResp?.AuthorizedAmount ?? null,
    receipts,
  };
}

const doing = {
  async pay(amount) {
    const payment = (await pay(amount)).SaleToPOIResponse.PaymentResponse;
    if (payment.Response.Result === "Success") {
      booked = payment.POIData.POITransactionID;
    }
    return told(payment);
  },

  // Two connections at once: a stop finds the payment at work, or is pressed again.
  async stop(amount) {
    let over = false;
    const paying = pay(amount).finally(() => { over = true; });
    const service = `s${services}`;
    let empty = true;
    while (!over) {
      const answer = await ask("Abort", {
        AbortRequest: {
          AbortReason: "MerchantAbort",
          MessageReference: {
            MessageCategory: "Payment", SaleID: SALE_ID, ServiceID: service,
          },
        },
      });
      empty = empty && answer.SaleToPOIResponse === undefined;
      await new Promise((wake) => setTimeout(wake, 50));
    }
    const payment = (await paying).SaleToPOIResponse.PaymentResponse;
    return { ...told(payment), empty };
  },

  async ask(service) {
    const answer = await ask("TransactionStatus", {
      TransactionStatusRequest: {
        ReceiptReprintFlag: true,
        DocumentQualifier: ["CashierReceipt", "CustomerReceipt"],
        MessageReference: { MessageCategory: "Payment", SaleID: SALE_ID, ServiceID: service },
      },
    });
    const status = answer.SaleToPOIResponse.TransactionStatusResponse;
    const repeated = status.RepeatedMessageResponse;
    return {
      result: status.Response.Result,
      condition: status.Response.ErrorCondition ?? null,
      service: repeated?.MessageHeader.ServiceID ?? null,
      payment: repeated ? told(repeated.RepeatedResponseMessageBody.PaymentResponse) : null,
    };
  },

  async reverse() {
    const answer = await ask("Reversal", {
      ReversalRequest: {
        OriginalPOITransaction: { POITransactionID: booked },
        ReversalReason: "MerchantCancel",
      },
    });
    return { result: answer.SaleToPOIResponse.ReversalResponse.Response.Result };
  },
};

async function main() {
  for (const step of steps) {
    const [word, argument] = step.split(":");
    const said = await doing[word](argument);
    console.log(JSON.stringify(said));
  }
}

main().catch((fault) => {
  console.log(JSON.stringify({ fault: fault.statusCode ?? fault.message }));
  process.exitCode = 1;
});
