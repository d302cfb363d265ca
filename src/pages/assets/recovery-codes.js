const [actions, codes, copy, copied] = ['recovery-actions', 'recovery-codes', 'copy', 'copied'].map((id) => document.getElementById(id));

if (actions && codes && copy && copied) {
  actions.hidden = false;
  copy.addEventListener('click', async () => {
    const lines = [...codes.querySelectorAll('li')].map((item) => item.innerText.trim());
    try {
      await navigator.clipboard.writeText(lines.join('\n'));
      copied.textContent = copy.dataset['copied'] ?? '';
    } catch {
      // Where the clipboard is closed to us, the person copies what is selected.
      getSelection()?.selectAllChildren(codes);
    }
  });
  document.getElementById('print')?.addEventListener('click', () => print());
}
