drawCauses();
drawRoutes();
drawFindings();
startPicture();
for (const button of document.querySelectorAll("button[data-family]")) button.addEventListener("click", () => showFindings({ family: button.dataset.family }));
