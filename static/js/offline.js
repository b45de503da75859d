// Says so when the connection is away.

const banner = document.getElementById("offline");

const tell = () => {
  banner.hidden = navigator.onLine;
};

addEventListener("online", tell);
addEventListener("offline", tell);
tell();
