// 3D Secure without leaving the page: the bank's page in a frame over everything, until the payer has decided.

const COVER = { background: "rgba(10, 15, 40, 0.5)", border: "0", height: "100%", margin: "0", maxHeight: "none",
  maxWidth: "none", padding: "0", width: "100%" };
const BOX = { background: "#fff", borderRadius: "8px", height: "min(600px, 90vh)", margin: "5vh auto",
  width: "min(480px, 94vw)" };

function challenge(address) {
  const frame = makeFrame("3D Secure authentication", nearby(address).href);
  const cover = document.createElement("dialog");
  cover.setAttribute("aria-label", "3D Secure authentication");
  cover.addEventListener("cancel", (event) => event.preventDefault());
  Object.assign(cover.style, COVER);
  Object.assign(frame.style, BOX);
  cover.append(frame);
  document.body.append(cover);
  cover.showModal();
  return new Promise((resolve) => {
    const heard = (event) => {
      if (event.source !== frame.contentWindow || event.data?.greenroom !== "authenticated") return;
      removeEventListener("message", heard);
      cover.remove();
      resolve();
    };
    addEventListener("message", heard);
  });
}
